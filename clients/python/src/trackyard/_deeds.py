"""Actions that take nothing but a reason."""

from __future__ import annotations

from typing import Any, Generic, Literal, Optional, Protocol, Type, TypeVar, Union, overload

from .values import Preview

T = TypeVar("T", bound="Asks")


class Asks(Protocol):
    """What something can be asked of."""

    def _ask(self, word: str, why: str, expect: Optional[str], dry_run: bool) -> Any: ...


class Asked(Generic[T]):
    """An action of one thing, to be called."""

    def __init__(self, thing: T, word: str, doc: str) -> None:
        self._thing, self._word = thing, word
        self.__doc__ = doc

    @overload
    def __call__(self, *, why: str = ..., expect: Optional[str] = ..., dry_run: Literal[True]) -> Preview: ...
    @overload
    def __call__(self, *, why: str = ..., expect: Optional[str] = ..., dry_run: Literal[False] = ...) -> T: ...
    def __call__(
        self, *, why: str = "", expect: Optional[str] = None, dry_run: bool = False
    ) -> Union[T, Preview]:
        done: Union[T, Preview] = self._thing._ask(self._word, why, expect, dry_run)
        return done


class Deed(Generic[T]):
    """Declares an action: called, it gives the thing as it is then; with ``dry_run=True`` a ``Preview``.

    ``why`` is the reason for the journal; ``expect`` the state that the caller saw, or ``any``.
    """

    def __init__(self, word: str, doc: str) -> None:
        self._word = word
        self.__doc__ = doc

    @overload
    def __get__(self, thing: None, owner: Type[T]) -> "Deed[T]": ...
    @overload
    def __get__(self, thing: T, owner: Type[T]) -> Asked[T]: ...
    def __get__(self, thing: Optional[T], owner: Type[T]) -> Union["Deed[T]", Asked[T]]:
        return self if thing is None else Asked(thing, self._word, self.__doc__ or "")
