"""What ``worker-lint init`` writes into a repository, and how nothing else in its files changes."""
