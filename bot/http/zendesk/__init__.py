"""Zendesk's REST API over the desk: what Zendesk's clients, exporters and scripts ask is answered as Zendesk does."""
