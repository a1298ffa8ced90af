"""The plugin that runs inside ACA-Py and adds what Open Badges 3.0 needs.

It imports `vc_core` and ACA-Py, nothing else of ours. What it leans on inside ACA-Py 1.4.0 has a contract test each.
"""

from __future__ import annotations

from acapy_agent.config.injection_context import InjectionContext

from issuer_agent.acapy_plugin.offline import install_bundled_contexts, install_p256_for_did_web
from issuer_agent.acapy_plugin.suites import install_cryptosuites


async def setup(context: InjectionContext) -> None:
    """Prepare the agent; ACA-Py calls this once at start, and finds the routes in `routes.py` by itself."""
    install_bundled_contexts()
    install_p256_for_did_web(context)
    install_cryptosuites()
