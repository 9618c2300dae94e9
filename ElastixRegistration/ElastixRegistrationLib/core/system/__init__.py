"""The process and its files: ITK's modules, native messages, scratch folders, all-or-nothing outputs."""
