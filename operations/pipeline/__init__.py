"""What GitHub's workflows ask and do between their actions."""
