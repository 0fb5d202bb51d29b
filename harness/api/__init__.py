"""What `import harness` offers to programs: the command line and the pytest fixture stand on it."""
