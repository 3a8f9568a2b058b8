"""PhotoShare: photos for friends, an app of the CloudFS platform and its sample. See docs/photoshare.md."""
