"""Knowledge as data: rules, profiles, scorecards, glossary. No code."""
