import type { Product } from "./catalogue.ts";
import { productFor } from "./catalogue.ts";
import type { Chance } from "./chance.ts";

export interface Line {
  readonly product: Product;
  readonly quantity: number;
}

/** French standard rate; label prices include it. */
const VAT = 0.2;
/** Euros; nothing to pay from this order value on. */
const FREE_SHIPPING_FROM = 60;
const SHIPPING = 5.9;

const cents = (euros: number): number => Math.round(euros * 100) / 100;

/** Segment's product fields, at a position in a list that starts at 1. */
export const productFields = (line: Line, position: number): Readonly<Record<string, unknown>> => ({
  ...line.product,
  quantity: line.quantity,
  position: position + 1,
});

/**
 * The properties of `Order Completed`, as Segment's e-commerce specification means them: `total` is what is paid,
 * `revenue` is without shipping and tax.
 */
export function orderFields(
  id: string,
  lines: readonly Line[],
  sold: { readonly affiliation: string; readonly shipped: boolean; readonly coupon?: string },
): Readonly<Record<string, unknown>> & { readonly total: number } {
  const goods = cents(lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0));
  const discount = sold.coupon === undefined ? 0 : cents(goods * 0.1);
  const shipping = sold.shipped && goods < FREE_SHIPPING_FROM ? SHIPPING : 0;
  const total = cents(goods - discount + shipping);
  const tax = cents(total - total / (1 + VAT));
  return {
    order_id: id,
    affiliation: sold.affiliation,
    subtotal: goods,
    total,
    revenue: cents((goods - discount) / (1 + VAT)),
    shipping,
    tax,
    discount,
    ...(sold.coupon === undefined ? {} : { coupon: sold.coupon }),
    currency: "EUR",
    products: lines.map(productFields),
  };
}

/** What somebody of this taste takes along in a shop. */
export const basket = (taste: string, chance: Chance): readonly Line[] =>
  Array.from({ length: chance.between(1, 4) }, () => ({
    product: productFor(taste, chance),
    quantity: chance.weighted([
      [1, 8],
      [2, 2],
    ]),
  }));
