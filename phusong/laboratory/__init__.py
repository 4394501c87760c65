"""The kernel laboratory: every propagation model on the same paths, held to its reference, timed, and probed."""
