"""Tests of what stands in deploy/ and of docker-compose.yml."""
