"""Other programs that compute path loss, run beside ours in one run on the same terrain, where the machine has them."""
