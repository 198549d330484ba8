"""The texts in Chinese."""

from __future__ import annotations

from bot.texts.wording import Texts

CHINESE = Texts(
    no_answer="我在{blog}里没有找到答案。",
    no_post_of_that_time="我在{blog}里没有找到那个时间的文章。",
    the_blog="博客",
    the_blog_of="{author} 的博客",
    nearest_below="最接近的文章列在下面。",
    shortened="*（已截短：回答的时间到了。）*",
    none_named_so="没有文章的标题或标签提到它；最接近的是：",
    some_of="共 {total} 篇文章，以下是其中 {listed} 篇：",
    one_post="1 篇文章：",
    posts="{total} 篇文章：",
    day="{day:%Y-%m-%d}",
    still_reading="我还在读博客，请稍后再问。",
    search_trouble="我现在无法搜索博客；原因写在我的日志里。",
    trouble="处理你的问题时出了错；原因写在我的日志里。",
    stopping="我在回答完之前被停止了。等我回来后请再问。",
    too_many="短时间内的问题太多了。请在 {seconds} 秒后再问。",
    waiting="你排在第 {number} 位，大约还要等 {seconds} 秒……",
    no_question="请问我关于博客的问题：提及我，并在后面写上问题。",
    not_here="我不在这里回答；请到别的频道试试。",
    no_text="这条消息没有我能回答的文字。",
    show_passages="显示原文",
    related_posts="相关文章",
    passages_gone="这个回答的原文已经不在了。",
    old_post="这篇文章已有 {age}；情况可能有变。",
    one_year="一年",
    years="{years} 年",
    not_yours="只有提问者或管理员可以删除这个回答。",
    thanks="谢谢。我只记下了你的投票；用 /forget-me 可以撤回。",
    no_vote="我没能记下你的投票；原因写在我的日志里。",
    ask="向博客提问",
    ask_question="你想知道什么",
    ask_only_for_me="是否只有你能看到回答",
    ask_about_message="就这条消息提问",
    help="我能做什么，怎样问我",
    forget_me="删除我保存的关于你的内容",
    list_posts="列出博客的文章",
    posts_topic="文章的主题",
    posts_tag="文章的标签",
    posts_year="文章的年份",
    status="我的状况，以及怎样修复",
    reindex="重新读取博客中有变化的部分",
    reindex_what="要做什么；不选则重新读取博客",
    reindex_read="重新读取博客",
    reindex_rollback="回到上一个索引",
    how_to_ask="""\
在消息中的任何地方提及我，或回复我的回答来继续提问。
- `/ask` 无需提及即可提问，也可以只让你看到回答。
- 消息菜单“应用”中的*就这条消息提问*，会把它当作问题。
- `/posts` 按主题、标签或年份列出文章。
- 编辑你的问题，我会重新回答；删除它，我的回答也会消失。
- 在回答下面，你可以查看原文、投票，如果是你提的问题，还可以删除它。
- `/forget-me` 删除你的投票，我只保存这些。""",
    forgotten="完成。我删除了你的投票（{votes}）；我没有保存关于你的其他内容。",
    no_such_post="我没有找到这样的文章。",
    for_managers="这个命令供可以管理服务器的人使用。",
    command_failed="出了错；原因写在我的日志里。",
    lacks_permissions=(
        "我在 **{guild}** 的 {channel} 里无法正常回答，缺少权限：{names}。"
        "你可以在频道设置的“权限”里把它授予我的身份组。"
    ),
    loading_model="正在加载搜索模型……",
    reading_pages="正在读取博客：{done} 页……",
    embedding="正在处理新内容：{done} / {total} 段……",
    nothing_has_changed="没有变化：{posts} 篇文章，{chunks} 段。",
    would_change=(
        "新增 {added} 篇文章，{changed} 篇有变化（{sections} 节），删除 {removed} 篇，"
        "大约 {seconds} 秒"
    ),
    and_more="还有 {count} 篇",
    could_not_be_read="{count} 页无法读取；我已知的内容保持不变：",
    reindexed=(
        "完成，用时 {seconds:.1f} 秒：{posts} 篇文章，{chunks} 段"
        "（新增 {embedded}，保留 {kept}，删除 {dropped}）。"
    ),
    serves_again=(
        "{built:%Y-%m-%d %H:%M} UTC 的索引重新启用：{posts} 篇文章，{chunks} 段。"
        "在下一次 /reindex 之前保持如此。"
    ),
    stays="索引保持不变。",
    beginning="开始……",
    do_it="重新读取",
    do_it_anyway="仍然执行",
    cancel="取消",
    cancelled="没有任何改动。",
)
