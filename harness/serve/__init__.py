"""The lab kept open for real clients: doors that outlive settings, guests with limits, a journal that lets go."""
