class SyncTests:
    pass
