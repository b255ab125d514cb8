"""The web application, as a server such as `gunicorn -k asgi config.asgi` loads it."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Static files are small and served by blocks: that they are read without a pause is of no weight.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = get_asgi_application()
