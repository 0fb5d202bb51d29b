"""Judgement: from a transcript to a verdict with a cause. It looks at evidence only, never at the change."""
