"""Code behind the pages of the theory pillar."""
