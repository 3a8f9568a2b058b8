"""The SDK: Nuvol from the outside, for programs that block and programs that await."""

from nuvol.sdk.session import AsyncSession as AsyncSession
from nuvol.sdk.session import Session as Session
