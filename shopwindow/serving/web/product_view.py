"""A product opened: products like it, what goes with it, and the way back."""

import logging
from dataclasses import replace

from search import SearchService
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.error_messages import notice_of
from shopwindow.serving.web.interaction_effects import effect
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_actions import Visiting
from shopwindow.serving.web.visitor_state import Place, places_of
from shopwindow.values import Page, Product
from shopwindow.values.errors import ProductNotFoundError, ShopwindowError

_MAX_GOES_WITH = 12
LOG = logging.getLogger(__name__)


class Opening:
    """Opens products.

    Args:
        service: Knows what is like them.
        visiting: Records that a visitor opened one, and shows anew what was before.
    """

    def __init__(self, service: SearchService, visiting: Visiting) -> None:
        self._service = service
        self._visiting = visiting

    def opened(self, view: View, product_id: str, surface: str) -> View:
        """Return the products like one that is shown; that it was opened is recorded.

        Args:
            view: Where it is shown.
            product_id: The product.
            surface: In what it is shown.

        Raises:
            ProductNotFoundError: It is gone.
            ShopwindowError: What is like it cannot be found.
        """
        place = view.place_of(surface, product_id)
        if place is None or not view.visit.user_id:
            return self.shown(view, self.product(product_id), place)
        notice = None
        try:
            self._visiting.record(view, "click", place)
        except ShopwindowError as error:  # they want to see the product all the same
            LOG.exception("that a product was opened is not recorded")
            notice = notice_of(error, view.language)
        now = self._visiting.met(self.shown(view, self.product(product_id), place))
        told = None if notice else effect("click", product_id, view, now)
        return replace(now, notice=notice, visit=replace(now.visit, told=told))

    def shown(self, view: View, product: Product, place: Place | None = None) -> View:
        """Return the products like one.

        Args:
            view: Where it was opened, or what shows the same product already.
            product: The product.
            place: Where it was shown.

        Raises:
            ShopwindowError: They cannot be found.
        """
        user_id, size = view.visit.user_id, asking.PAGE_SIZE
        page = self._service.similar(product.id, size, view.filters, user_id)
        beside = self._complements(product.id, view)
        own = place or Place(product, view.surface)
        return View(
            filters=view.filters,
            choices=view.choices,
            language=view.language,
            hits=page.hits,
            took_ms=sum(page.took_ms.values()),
            similar_to=product,
            before=view.before if view.similar_to else view,
            visit=view.visit,
            places=(own, *places_of(page, "similar"), *places_of(beside, "complements")),
            goes_with=beside.hits,
        )

    def back(self, view: View) -> View:
        """Return what was shown before; anew where the visitor did something meanwhile.

        Raises:
            ShopwindowError: It cannot be shown anew.
        """
        before = view.before or View(choices=view.choices)
        is_same = before.visit.user_id == view.visit.user_id
        visit = replace(before.visit, user_id=view.visit.user_id, told=None)
        then = replace(before, language=view.language, visit=visit)
        if is_same and not visit.user_id:
            return then
        now = self._visiting.anew(then)
        if not is_same or view.similar_to is None:
            return now
        told = effect("click", view.similar_to.id, before, now)
        return replace(now, visit=replace(now.visit, told=told))

    def product(self, product_id: str) -> Product:
        """Return a product of the catalogue.

        Raises:
            ProductNotFoundError: There is none of this id.
        """
        found = self._service.index.get([product_id])
        if not found:
            raise ProductNotFoundError(product_id)
        return found[0]

    def _complements(self, product_id: str, view: View) -> Page:
        """Return what goes with a product; nothing when that cannot be told."""
        user_id, filters = view.visit.user_id, view.filters
        try:
            return self._service.complements(product_id, _MAX_GOES_WITH, user_id, filters)
        except ShopwindowError:
            LOG.exception("what goes with a product could not be found")
            return Page((), "")
