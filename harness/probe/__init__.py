"""The probe: one port of real gear, asked from outside what it wants, what it shows and who gets in."""
