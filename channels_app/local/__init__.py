"""Engines that Novapi starts itself: a guard around each, what it prints, its life, and who may run beside whom."""
