"""Sentences that an LLM might write of the example blog: true ones in other words, and false ones.

All are about the subject of their post; what the false ones say of it, no post says.
"""

from __future__ import annotations

SERVER = "posts/home-server-power-bill.md"
LABELS = "posts/label-noise.md"
BREAD = "notes/sourdough-nearest-neighbours.md"
WEATHER = "notes/e-ink-weather-station.md"
RECIPES = "posts/grandmothers-recipes.md"

SAID = [
    (SERVER, "Running the machine costs him £96.06 annually, for 399 kWh of electricity."),
    (SERVER, "The hardware was £462 in total, and the graphics card was almost half of that."),
    (SERVER, "Ten of the watts were lost because the drives were woken every twenty minutes."),
    (SERVER, "He no longer trusts short measurements and waits a month before he believes it."),
    (SERVER, "He leaves it on overnight since that is when the backups are made."),
    (SERVER, "The GPU stayed out of its lowest power state as the model server held on to it."),
    (LABELS, "Two people labelling the same pictures agreed in 87 percent of the cases."),
    (LABELS, "When he repeated his own labelling a week later, he matched himself 94 percent."),
    (LABELS, "Correcting 97 labels brought 3.3 points, far more than a bigger model."),
    (LABELS, "You can tell a coal tit by the white spot at the back of the neck."),
    (LABELS, "He warns against mending the test set with suspects that the model itself picked."),
    (LABELS, "Random mistakes in training data hurt less than mistakes that follow a pattern."),
    (BREAD, "He predicts how tall a loaf will be from the five most similar ones baked before."),
    (BREAD, "Without scaling, the age of the starter drowned every other measurement."),
    (BREAD, "The scaled model with five neighbours is off by about 6 mm on average."),
    (BREAD, "The model can explain itself by naming the loaves that it compared with."),
    (BREAD, "Loaf 48 was expected to reach 84 mm but only came to 79."),
    (WEATHER, "Most of the battery went while the board slept, to its regulator and USB chip."),
    (WEATHER, "The sensor read too warm because it was mounted right beside the board."),
    (WEATHER, "A board meant for batteries should run 107 days on the same cell."),
    (WEATHER, "The display refreshes four times an hour."),
    (RECIPES, "The tuned model imitates his grandmother's style but does not know her recipes."),
    (RECIPES, "It invented lard where the original dumplings are made with butter."),
    (RECIPES, "He stopped after three passes, when the loss on unseen recipes was lowest."),
    (RECIPES, "He concludes that answering questions needs a search that shows the page."),
    (RECIPES, "Only 786,432 numbers were trained, less than 0.2 percent of the model."),
]  # fmt: skip

NOT_SAID = [
    (SERVER, "The server runs on solar panels that he put on the roof of the garage."),
    (SERVER, "He recommends renting a virtual machine in a data centre instead."),
    (SERVER, "He chose Proxmox and runs a dozen containers for films and photos."),
    (SERVER, "It is cooled by water, and the fans never turn faster than half speed."),
    (SERVER, "He sold the whole tower in spring because of the noise."),
    (LABELS, "He bought a professional camera with a long lens for the garden."),
    (LABELS, "The robins and blackbirds were the hardest to tell apart for everybody."),
    (LABELS, "He hired students through an online platform to annotate ten thousand images."),
    (LABELS, "A transformer reached human accuracy without any labels at all."),
    (BREAD, "He uses rye flour from a mill in the next village for every loaf."),
    (BREAD, "A neural network with three hidden layers predicted the crust colour best."),
    (BREAD, "The dough rests in the fridge for two days and is baked in a pot with a lid."),
    (BREAD, "He advises beginners to start with yeast and a recipe from a book."),
    (WEATHER, "The display shows the bus timetable and the calendar of the family as well."),
    (WEATHER, "He writes the firmware in Rust and updates it over the air."),
    (WEATHER, "Rain destroyed the first housing, and he printed another one of plastic."),
    (RECIPES, "He published the recipes as a book and gave a copy to every cousin."),
    (RECIPES, "The model was trained in the cloud and cost several hundred pounds."),
    (RECIPES, "She wrote down the exact oven temperature for every cake."),
    (RECIPES, "Readers can talk to the grandmother on a page of the blog."),
]  # fmt: skip
