"""What tables are made of, the same on SQLite and on PostgreSQL."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.schema import SchemaItem

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Characters(TypeDecorator[str]):
    """Text that every database takes, each character in its place.

    PostgreSQL refuses U+0000, and nothing can encode half a surrogate pair. What could
    not be kept for one of them would be tried again for ever.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return what is kept of a text."""
        if value is None or value.isprintable():
            return value
        return value.replace("\0", "\ufffd").encode(errors="replace").decode()


def table(name: str, *parts: SchemaItem) -> Table:
    """Return a table of these columns and indexes."""
    return Table(name, METADATA, *parts)


# SQLite counts by itself only in a column that is exactly INTEGER.
_COUNTED: Final = BigInteger().with_variant(Integer, "sqlite")


def counted_id() -> Column[int]:
    """Return the column of a number that the database gives."""
    return Column("id", _COUNTED, primary_key=True, autoincrement=True)


def moment(name: str, *, set_later: bool = False) -> Column[int]:
    """Return a column of seconds since 1970."""
    return Column(name, BigInteger, nullable=set_later)


def instant(name: str, *, set_later: bool = False) -> Column[int]:
    """Return a column of milliseconds since 1970."""
    return Column(name, BigInteger, nullable=set_later)


def wording(name: str, default: str = "") -> Column[str]:
    """Return a column of text."""
    return Column(name, Characters, nullable=False, default=default)


def octets(name: str) -> Column[bytes]:
    """Return a column of bytes."""
    return Column(name, LargeBinary, nullable=False, default=b"")


def number(name: str, default: int = 0) -> Column[int]:
    """Return a column of a small number."""
    return Column(name, Integer, nullable=False, default=default)


def whether(name: str, default: bool = False) -> Column[bool]:
    """Return a column of yes or no."""
    return Column(name, Boolean, nullable=False, default=default)


def case_id() -> Column[str]:
    """Return the column that says which case a row belongs to."""
    return Column("case_id", Characters, ForeignKey("cases.id"), nullable=False)
