"""The lab kept open for real clients: ports that outlive settings, clients with limits, a journal that lets go."""
