"""Reference vectors: what an authority or an independent program says, beside what our kernels say."""
