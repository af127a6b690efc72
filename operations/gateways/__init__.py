"""One module for each AWS service: plain data in, plain data out."""
