"""Packets: a capture file in; TCP streams, UDP datagrams and TLS secrets out. It knows neither SIP nor TLS."""
