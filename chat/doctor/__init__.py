"""The doctor: looks at what the service needs, before anybody comes to talk."""
