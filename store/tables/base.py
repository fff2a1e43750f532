"""What every table shares: the metadata, and short names for column types."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import BigInteger, MetaData, Table
from sqlmodel import Field, SQLModel

from store.types import Json, PlainText, UtcDateTime


class Base(SQLModel):
    """Root of the tables. They only declare; nothing validates here and rows are read through Core."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )


def table_of(row: type[SQLModel]) -> Table:
    """The Core table that a row class declares."""
    return cast("Table", vars(row)["__table__"])


Key = Annotated[str, Field(sa_type=PlainText, primary_key=True)]
NumberKey = Annotated[int, Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})]
InstantKey = Annotated[datetime, Field(sa_type=UtcDateTime, primary_key=True)]
Words = Annotated[str, Field(sa_type=PlainText)]
MaybeWords = Annotated[str | None, Field(sa_type=PlainText)]
Number = Annotated[int, Field(sa_type=BigInteger)]
MaybeNumber = Annotated[int | None, Field(sa_type=BigInteger)]
Instant = Annotated[datetime, Field(sa_type=UtcDateTime)]
MaybeInstant = Annotated[datetime | None, Field(sa_type=UtcDateTime)]
JsonValue = Annotated[Any, Field(sa_type=Json, nullable=False)]
MaybeJson = Annotated[Any, Field(sa_type=Json, nullable=True)]
