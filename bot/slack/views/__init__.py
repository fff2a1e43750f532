"""The modals about a ticket: values in, Block Kit out."""
