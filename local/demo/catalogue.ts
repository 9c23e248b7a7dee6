import type { Chance } from "./chance.ts";

/** Something the shop sells. Prices are euros with VAT, as they stand on the label. */
export interface Product {
  readonly product_id: string;
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly brand: string;
  readonly price: number;
  readonly url: string;
  readonly image_url: string;
}

export const SITE = "https://www.maison-tilleul.example";

type Shelf = readonly [category: string, brand: string, ...goods: (readonly [name: string, price: number])[]];

const SHELVES: readonly Shelf[] = [
  [
    "cuisine",
    "Fonderie du Bief",
    ["Cocotte en fonte 24 cm", 139],
    ["Poêle en acier 28 cm", 49.9],
    ["Faitout inox 5 L", 79.5],
    ["Planche en hêtre", 34],
    ["Couteau d'office", 18.9],
    ["Moule à kouglof", 27.5],
  ],
  [
    "table",
    "Faïencerie Ozanne",
    ["Assiettes creuses, les 6", 54],
    ["Saladier en grès", 32],
    ["Verres soufflés, les 4", 29.9],
    ["Théière 1 L", 38.5],
    ["Bols bretons, les 2", 21],
    ["Carafe en verre", 16.9],
  ],
  [
    "linge",
    "Filature Aubrac",
    ["Parure de lit en lin", 189],
    ["Draps de bain, les 2", 44.9],
    ["Torchons métis, les 3", 19.5],
    ["Nappe enduite", 39],
    ["Plaid en laine", 89],
    ["Taies d'oreiller, les 2", 29],
  ],
  [
    "luminaire",
    "Atelier Lueur",
    ["Lampe de chevet", 59],
    ["Suspension en osier", 79],
    ["Guirlande de 20 ampoules", 24.9],
    ["Liseuse articulée", 99],
    ["Bougies d'église, les 6", 14.5],
  ],
  [
    "rangement",
    "Vannerie Sologne",
    ["Panier à linge", 46],
    ["Boîtes en carton, les 3", 22.9],
    ["Étagère en pin", 119],
    ["Patère en fonte", 12.9],
    ["Malle en osier", 84],
  ],
  [
    "entretien",
    "Savonnerie du Port",
    ["Savon noir 1 L", 8.9],
    ["Savon de Marseille, les 4", 13.5],
    ["Balai en soies", 26],
    ["Plumeau", 17.5],
    ["Cire d'abeille", 11.9],
  ],
];

const CATALOGUE: readonly Product[] = SHELVES.flatMap(([category, brand, ...goods]) =>
  goods.map(([name, price], position) => {
    const sku = `${category.slice(0, 3).toUpperCase()}-${String(position + 1).padStart(3, "0")}`;
    const path = `/${category}/${sku.toLowerCase()}`;
    const image_url = `${SITE}/images/${sku.toLowerCase()}.jpg`;
    return { product_id: sku, sku, name, category, brand, price, url: `${SITE}${path}`, image_url };
  }),
);

export const CATEGORIES: readonly string[] = SHELVES.map(([category]) => category);

/** A product of the taste of somebody: three times in four from the category they like. */
export function productFor(taste: string, chance: Chance): Product {
  const liked = CATALOGUE.filter(({ category }) => category === taste);
  return chance.pick(chance.happens(0.75) && liked.length > 0 ? liked : CATALOGUE);
}
