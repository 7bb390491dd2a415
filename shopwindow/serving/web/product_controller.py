"""Handles the page of one product: similar products, complements, and the way back."""

import logging
from dataclasses import replace

from search import SearchService
from shopwindow.serving.web import view_queries
from shopwindow.serving.web.error_messages import build_error_notice
from shopwindow.serving.web.interaction_effects import compare_views
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_controller import VisitorController
from shopwindow.serving.web.visitor_state import CardImpression, build_impressions
from shopwindow.values import Product, SearchResponse
from shopwindow.values.errors import ProductNotFoundError, ShopwindowError

_MAX_COMPLEMENTS = 12
LOG = logging.getLogger(__name__)


class ProductController:
    """Opens and closes products.

    Args:
        service: Finds similar products and complements.
        visitors: Records that a visitor opened a product, and reloads the view before it.
    """

    def __init__(self, service: SearchService, visitors: VisitorController) -> None:
        self._service = service
        self._visitors = visitors

    def open_product(self, view: View, product_id: str, surface: str) -> View:
        """Return the page of a product that is shown, and record a click of the visitor.

        Args:
            view: The view that shows it.
            product_id: The product.
            surface: The surface that it is shown on.

        Raises:
            ProductNotFoundError: It is no longer in the catalogue.
            ShopwindowError: Its similar products cannot be found.
        """
        impression = view.find_impression(surface, product_id)
        if impression is None or not view.visitor.user_id:
            return self.show_product(view, self.get_product(product_id), impression)
        notice = None
        try:
            self._visitors.record_event(view, "click", impression)
        except ShopwindowError as error:  # the product is opened all the same
            LOG.exception("a click could not be recorded")
            notice = build_error_notice(error, view.language)
        opened = self._visitors.load_visitor(
            self.show_product(view, self.get_product(product_id), impression)
        )
        effect = None if notice else compare_views("click", product_id, view, opened)
        return replace(opened, notice=notice, visitor=replace(opened.visitor, flash_message=effect))

    def show_product(
        self, view: View, product: Product, impression: CardImpression | None = None
    ) -> View:
        """Return the page of a product: similar products and complements.

        Args:
            view: Where it was opened, or a view of the same product.
            product: The product.
            impression: Where it was shown.

        Raises:
            ShopwindowError: Its similar products cannot be found.
        """
        user_id, page_size = view.visitor.user_id, view_queries.PAGE_SIZE
        similar = self._service.similar(product.id, page_size, view.filters, user_id)
        complements = self._fetch_complements(product.id, view)
        return View(
            filters=view.filters,
            choices=view.choices,
            language=view.language,
            hits=similar.hits,
            took_ms=sum(similar.took_ms.values()),
            similar_to=product,
            previous=view.previous if view.similar_to else view,
            visitor=view.visitor,
            impressions=(
                impression or CardImpression(product, view.surface),
                *build_impressions(similar, "similar"),
                *build_impressions(complements, "complements"),
            ),
            complements=complements.hits,
        )

    def go_back(self, view: View) -> View:
        """Return the view before; reloaded where a visitor's interactions may have changed it.

        Raises:
            ShopwindowError: It cannot be reloaded.
        """
        before = view.previous or View(choices=view.choices)
        is_same_visitor = before.visitor.user_id == view.visitor.user_id
        visitor = replace(before.visitor, user_id=view.visitor.user_id, flash_message=None)
        previous = replace(before, language=view.language, visitor=visitor)
        if is_same_visitor and not visitor.user_id:
            return previous
        reloaded = self._visitors.reload(previous)
        if not is_same_visitor or view.similar_to is None:
            return reloaded
        effect = compare_views("click", view.similar_to.id, before, reloaded)
        return replace(reloaded, visitor=replace(reloaded.visitor, flash_message=effect))

    def get_product(self, product_id: str) -> Product:
        """Return a product of the catalogue.

        Raises:
            ProductNotFoundError: The catalogue has no product with this id.
        """
        products = self._service.index.get([product_id])
        if not products:
            raise ProductNotFoundError(product_id)
        return products[0]

    def _fetch_complements(self, product_id: str, view: View) -> SearchResponse:
        """Return products that go with one; none, and a log entry, when that fails."""
        user_id, filters = view.visitor.user_id, view.filters
        try:
            return self._service.complements(product_id, _MAX_COMPLEMENTS, user_id, filters)
        except ShopwindowError:
            LOG.exception("the complements of a product could not be found")
            return SearchResponse((), "")
