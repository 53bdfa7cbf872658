"""The steps of a run: plan, deliver, settle, notify, reconcile."""
