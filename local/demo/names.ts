/** Among the most frequent first and last names of France, and towns with a postcode of theirs. All people are made up. */
export const FIRST_NAMES: readonly string[] =
  `Marie Camille Léa Manon Chloé Inès Jeanne Louise Alice Juliette Sarah Zoé Élise Margaux Anaïs Céline Sophie Nathalie
  Isabelle Sylvie Françoise Monique Fatima Aïcha Yasmine Thi-Lan Maëlys Noémie Hélène Agnès Lucas Hugo Louis Gabriel Jules
  Arthur Nathan Théo Antoine Maxime Nicolas Julien Thomas Pierre Jean-Luc Philippe Alain Michel Mehdi Karim Ibrahima Loïc
  Yann Gaël François Benoît Cédric Rémi Étienne Olivier`.split(/\s+/);

export const LAST_NAMES: readonly string[] =
  `Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux David Bertrand
  Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefort Faure André Mercier Blanc Guérin
  Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier
  Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas
  Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Le-Gall Le-Goff
  Diallo Nguyen Benali Traoré Haddad`.split(/\s+/);

export interface Town {
  readonly city: string;
  readonly postalCode: string;
}

/** How many live there decides how often it is drawn (thousands, roughly). */
export const TOWNS: readonly (readonly [Town, number])[] = [
  [{ city: "Paris", postalCode: "75011" }, 60],
  [{ city: "Lyon", postalCode: "69003" }, 52],
  [{ city: "Nantes", postalCode: "44000" }, 32],
  [{ city: "Lille", postalCode: "59000" }, 23],
  [{ city: "Marseille", postalCode: "13006" }, 22],
  [{ city: "Toulouse", postalCode: "31000" }, 20],
  [{ city: "Rennes", postalCode: "35000" }, 17],
  [{ city: "Strasbourg", postalCode: "67000" }, 16],
  [{ city: "Bordeaux", postalCode: "33000" }, 16],
  [{ city: "Grenoble", postalCode: "38000" }, 11],
  [{ city: "Saint-Étienne", postalCode: "42000" }, 9],
  [{ city: "Angers", postalCode: "49000" }, 8],
  [{ city: "Clermont-Ferrand", postalCode: "63000" }, 7],
  [{ city: "Villefranche-sur-Saône", postalCode: "69400" }, 5],
  [{ city: "Quimper", postalCode: "29000" }, 4],
];

/** Where the shop has tills; each has a kiosk too. */
export const SHOPS: readonly string[] = ["Lyon", "Nantes", "Lille"];
