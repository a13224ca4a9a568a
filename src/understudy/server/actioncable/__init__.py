"""ActionCable as Rails speaks it: `cables` takes sockets in, `subscriptions` understands, `socket` sends."""
