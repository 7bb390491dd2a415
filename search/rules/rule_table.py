"""The tables of a rules file, as pydantic models: one `[[rule]]`, and conditions on products."""

from typing import Annotated, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from search.rules.actions import Action, Boost, Bury, Hide, Pin, Redirect, Synonyms
from search.rules.field_types import (
    Address,
    Amount,
    MatchType,
    Position,
    QueryTexts,
    Text,
    Texts,
    Time,
    WordGroups,
    check_any,
    check_end,
)
from search.rules.rule import Rule, RuleScope
from search.rules.selection import Selection, check_restricted
from shopwindow.values import Filters
from shopwindow.values.errors import InvalidValueError


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _strip_texts(value: object) -> object:
    if not isinstance(value, str | list):
        raise InvalidValueError("", "texts in quotation marks between [ and ]", value)
    return tuple(_strip(text) for text in ([value] if isinstance(value, str) else value))


def _strip_groups(value: object) -> object:
    if isinstance(value, list) and all(isinstance(group, list) for group in value):
        return tuple(_strip_texts(group) for group in value)
    raise InvalidValueError("", 'groups of words, such as [["abaya", "عباية"]]', value)


def _check_tables(value: object) -> object:
    if isinstance(value, list) and all(isinstance(table, dict) for table in value):
        return tuple(value)
    raise InvalidValueError("", "[[rule]], with two brackets, above each rule", value)


_FileText: TypeAlias = Annotated[Text, BeforeValidator(_strip)]
_FileTexts: TypeAlias = Annotated[Texts, BeforeValidator(_strip_texts)]
_Price: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_IDS: TypeAdapter[tuple[str, ...]] = TypeAdapter(_FileTexts)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class ProductsTable(_Table):
    """The products of a boost, bury or hide: a list of ids, or conditions that all must hold."""

    ids: _FileTexts = Field((), description="Product ids.")
    brand: _FileTexts = Field((), description="One brand, or several of which one must match.")
    category: _FileText = Field("", description="A category, or a path; those below it match too.")
    price_min: _Price | None = Field(None, description="Lowest price, inclusive.")
    price_max: _Price | None = Field(None, description="Highest price, inclusive.")
    in_stock: bool | None = Field(None, description="Whether the products are in stock.")
    attributes: dict[str, _FileTexts] = Field(
        default_factory=dict, description="Values by attribute, one of which must match."
    )
    created_since: Time | None = Field(None, description="Only products that are not older.")
    group_id: _FileText = Field("", description="Only the variants of one group.")

    @model_validator(mode="before")
    @classmethod
    def _read_ids(cls, value: object) -> object:
        """Return a list of ids as the table that it stands for."""
        return value if isinstance(value, dict) else {"ids": list(_IDS.validate_python(value))}

    @field_validator("attributes", mode="before")
    @classmethod
    def _check_attributes(cls, values: object) -> object:
        if not (isinstance(values, dict) and values):
            raise InvalidValueError("", 'values by name, such as {color = "red"}', values)
        return values

    @field_validator("price_max")
    @classmethod
    def _check_price_range(cls, price_max: float | None, info: ValidationInfo) -> float | None:
        price_min = info.data.get("price_min")
        if price_min is not None and price_max is not None and price_min > price_max:
            raise InvalidValueError("", f"at least `price_min` ({price_min:g})", price_max)
        return price_max

    @model_validator(mode="after")
    def _check_selection(self) -> Self:
        check_restricted(self.ids, self._build_filters())
        return self

    def to_selection(self) -> Selection:
        """Return the products as the value that searches use."""
        return Selection(self.ids, self._build_filters())

    def _build_filters(self) -> Filters:
        return Filters(**self.model_dump(exclude={"ids"}))


class RuleTable(_Table):
    """One `[[rule]]` of a file; docs/rules.md explains the keys."""

    name: _FileText = Field(description="Identifies the rule; unique in its file.")
    query: Annotated[QueryTexts, AfterValidator(check_any), BeforeValidator(_strip_texts)] = Field(
        (), description="Texts of which the query must contain one; every search without it."
    )
    match: Annotated[MatchType, BeforeValidator(_strip)] = Field(
        "phrase", description="How the query is compared with the texts."
    )
    category: _FileText = Field("", description="Only searches filtered to this category.")
    merchant: _FileText = Field("", description="Only this merchant's products are affected.")
    start: Time | None = Field(None, alias="from", description="From this time on.")
    until: Time | None = Field(None, description="Up to this time, exclusive.")
    pin: _FileTexts | None = Field(None, description="Ids of the products at fixed positions.")
    place: Position = Field(1, description="Position of the first pinned product.")
    boost: ProductsTable | None = Field(None, description="The products that are raised.")
    bury: ProductsTable | None = Field(None, description="The products that are lowered.")
    by: Amount | None = Field(None, description="How much is added to or subtracted from scores.")
    hide: ProductsTable | None = Field(None, description="The products that are hidden.")
    redirect: Annotated[Address, BeforeValidator(_strip)] | None = Field(
        None, description="The page that is shown in place of results."
    )
    synonyms: Annotated[WordGroups, BeforeValidator(_strip_groups)] | None = Field(
        None, description="Groups of words that mean the same."
    )

    _check_until = field_validator("until")(check_end)

    def to_rule(self) -> Rule:
        """Return the rule; the table must have exactly one action."""
        scope = RuleScope(
            self.query, self.match, self.category, self.merchant, self.start, self.until
        )
        return Rule(self.name, self._build_action(), scope)

    def _build_action(self) -> Action:
        by = {} if self.by is None else {"by": self.by}
        actions = (
            self.pin and Pin(self.pin, self.place),
            self.boost and Boost(self.boost.to_selection(), **by),
            self.bury and Bury(self.bury.to_selection(), **by),
            self.hide and Hide(self.hide.to_selection()),
            self.redirect and Redirect(self.redirect),
            self.synonyms and Synonyms(self.synonyms),
        )
        return next(action for action in actions if action)


class RulesFile(_Table):
    """A rules file."""

    rule: Annotated[tuple[RuleTable, ...], BeforeValidator(_check_tables)] = Field(
        (), description="The rules; of two equally specific ones the earlier comes first."
    )
