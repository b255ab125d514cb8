"""How gunicorn serves the web application: `gunicorn -k asgi -c python:config.gunicorn config.asgi`."""

import os

from config.logs import logging_settings

bind = f"{os.environ.get('PLACET_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))

#: Temporal's client does not survive a fork, so each worker loads the application for itself.
preload_app = False

#: Seconds that pages under way, and streams that never end, have when everything stops.
graceful_timeout = 4

#: The command socket would be one for all gunicorns of an account.
control_socket_disable = True

logconfig_dict = logging_settings(
    level=os.environ.get("PLACET_LOG_LEVEL", "INFO"),
    as_json=os.environ.get("PLACET_LOG_FORMAT", "text") == "json",
)
