"""Who may do what in an account: the roles of workflows and operators, and what they are granted."""
