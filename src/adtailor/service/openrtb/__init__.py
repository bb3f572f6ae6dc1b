"""OpenRTB 2.6: the same decisions, asked for and answered as exchanges and Prebid do."""
