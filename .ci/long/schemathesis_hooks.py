"""What Schemathesis cannot write by itself: question sets travel as lines of JSON, which are text to it."""

import schemathesis

schemathesis.serializer.alias("application/x-ndjson", "text/plain")
