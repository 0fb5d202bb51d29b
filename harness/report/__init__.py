"""What a person or a program reads of a verdict: ladder, table, JSON, JUnit, evidence. Pure text."""
