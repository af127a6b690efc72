"""What a change of the code would change in AWS, read from two synthesised assemblies; nothing is asked or run."""
