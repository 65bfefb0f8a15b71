"""Document formats -> blocks. Every format is first turned into a skeleton (tags, and marks for ranges of source text), then cut into blocks by one segmenter."""
