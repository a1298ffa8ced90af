"""The vocabulary that the examples of the data model are written in: every word means something in it.

That is why it is known here and nowhere else: with it, a proof would cover any word, misspelt ones included.
"""

from vc_core.contexts import add_context

ADDRESS = "https://www.w3.org/ns/credentials/examples/v2"
_SHA256 = "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"
_TEXT = b"""{
  "@context": {
    "@vocab": "https://www.w3.org/ns/credentials/examples#"
  }
}
"""


def know_the_examples() -> None:
    """Make the vocabulary known in this process."""
    add_context(ADDRESS, _TEXT, sha256=_SHA256)
