"""A product opened: products like it, what goes with it, and the way back."""

import logging
from dataclasses import replace

from search import SearchService
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.error_messages import build_error_notice
from shopwindow.serving.web.interaction_effects import compare_views
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_actions import VisitorController
from shopwindow.serving.web.visitor_state import CardImpression, build_impressions
from shopwindow.values import Product, SearchResponse
from shopwindow.values.errors import ProductNotFoundError, ShopwindowError

_MAX_GOES_WITH = 12
LOG = logging.getLogger(__name__)


class ProductController:
    """Opens products.

    Args:
        service: Knows what is like them.
        visitors: Records that a visitor opened one, and shows anew what was before.
    """

    def __init__(self, service: SearchService, visitors: VisitorController) -> None:
        self._service = service
        self._visiting = visitors

    def open_product(self, view: View, product_id: str, surface: str) -> View:
        """Return the products like one that is shown; that it was opened is recorded.

        Args:
            view: Where it is shown.
            product_id: The product.
            surface: In what it is shown.

        Raises:
            ProductNotFoundError: It is gone.
            ShopwindowError: What is like it cannot be found.
        """
        place = view.find_impression(surface, product_id)
        if place is None or not view.visitor.user_id:
            return self.show_product(view, self.get_product(product_id), place)
        notice = None
        try:
            self._visiting.record_event(view, "click", place)
        except ShopwindowError as error:  # they want to see the product all the same
            LOG.exception("that a product was opened is not recorded")
            notice = build_error_notice(error, view.language)
        now = self._visiting.load_visitor(
            self.show_product(view, self.get_product(product_id), place)
        )
        told = None if notice else compare_views("click", product_id, view, now)
        return replace(now, notice=notice, visitor=replace(now.visitor, flash_message=told))

    def show_product(
        self, view: View, product: Product, impression: CardImpression | None = None
    ) -> View:
        """Return the products like one.

        Args:
            view: Where it was opened, or what shows the same product already.
            product: The product.
            impression: Where it was shown.

        Raises:
            ShopwindowError: They cannot be found.
        """
        user_id, size = view.visitor.user_id, asking.PAGE_SIZE
        page = self._service.similar(product.id, size, view.filters, user_id)
        beside = self._complements(product.id, view)
        own = impression or CardImpression(product, view.surface)
        return View(
            filters=view.filters,
            choices=view.choices,
            language=view.language,
            hits=page.hits,
            took_ms=sum(page.took_ms.values()),
            similar_to=product,
            previous=view.previous if view.similar_to else view,
            visitor=view.visitor,
            impressions=(
                own,
                *build_impressions(page, "similar"),
                *build_impressions(beside, "complements"),
            ),
            complements=beside.hits,
        )

    def go_back(self, view: View) -> View:
        """Return what was shown before; anew where the visitor did something meanwhile.

        Raises:
            ShopwindowError: It cannot be shown anew.
        """
        before = view.previous or View(choices=view.choices)
        is_same = before.visitor.user_id == view.visitor.user_id
        visit = replace(before.visitor, user_id=view.visitor.user_id, flash_message=None)
        then = replace(before, language=view.language, visitor=visit)
        if is_same and not visit.user_id:
            return then
        now = self._visiting.reload(then)
        if not is_same or view.similar_to is None:
            return now
        told = compare_views("click", view.similar_to.id, before, now)
        return replace(now, visitor=replace(now.visitor, flash_message=told))

    def get_product(self, product_id: str) -> Product:
        """Return a product of the catalogue.

        Raises:
            ProductNotFoundError: There is none of this id.
        """
        found = self._service.index.get([product_id])
        if not found:
            raise ProductNotFoundError(product_id)
        return found[0]

    def _complements(self, product_id: str, view: View) -> SearchResponse:
        """Return what goes with a product; nothing when that cannot be told."""
        user_id, filters = view.visitor.user_id, view.filters
        try:
            return self._service.complements(product_id, _MAX_GOES_WITH, user_id, filters)
        except ShopwindowError:
            LOG.exception("what goes with a product could not be found")
            return SearchResponse((), "")
