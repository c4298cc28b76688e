// What the example's stand-in for a server knows: one instrument of each kind. All names are invented.

const offer = (facts) => ({ text: null, image_url: null, image_text: null, price: null, code: null, ...facts });
const answers = (...texts) => texts.map((text, at) => ({ answer_id: `a${at}`, text }));

export const contents = {
  poll: { kind: "poll", question: "What is it waiting for?", answers: answers("A fish", "A mate", "The rain", "Its turn") },
  quiz: { kind: "quiz", question: "How fast does a kingfisher dive?", answers: answers("15 km/h", "40 km/h", "90 km/h") },
  trivia: { kind: "trivia", question: "True or false: a kingfisher nests in a tunnel", answers: answers("True", "False") },
  ad: offer({ kind: "ad", title: "See it closer", text: "For dawn and dusk", link_url: "https://kestrel.example.com/heron", link_text: "Look", advertiser: "Kestrel Optics" }),
  promotion: offer({ kind: "promotion", title: "Two cups for one, until full time", link_url: "https://tern.example.com/", link_text: "Cafés", advertiser: "Tern Coffee", code: "TERN21" }),
  product: offer({
    kind: "product", title: "Heron 8×42", text: "Clear from edge to edge", link_url: "https://kestrel.example.com/heron", link_text: "View", advertiser: "Kestrel Optics",
    image_url: new URL("scene-cabin.svg", import.meta.url).href, image_text: "Binoculars on a table", price: { amount_minor: 18900, currency: "EUR" },
  }),
  upsell: offer({ kind: "upsell", title: "See the goal camera", text: "7 days free, then €6 a month", link_url: "https://north.example.com/", link_text: "Start 7 days", advertiser: "North Shore" }),
  // Somebody else pays, and something must be told from the first frame on.
  sponsored: { kind: "quiz", question: "Who scored the goal?", answers: answers("Hagen", "Vik", "Lund"), paid_by: "Tern Coffee" },
  told: offer({ kind: "promotion", title: "Two cups for one, until full time", link_url: "https://tern.example.com/", link_text: "Cafés", advertiser: "Tern Coffee", paid_by: "Tern Group", code: "TERN21", disclosure: "Once a person, while stocks last. Not with other offers" }),
  beer: offer({ kind: "ad", title: "Cold since 1904", text: "At the harbour gate", link_url: "https://hops.example.com/", link_host: "hops.example.com", link_text: "Look", advertiser: "Harbour Hops", disclosure: "18+. Drink responsibly. Never when you drive" }),
  themed: offer({
    kind: "product", title: "Shell jacket", text: "Three layers, 380 g", link_url: "https://fjellro.example.com/shell", link_host: "fjellro.example.com", link_text: "View", advertiser: "Fjellro Outdoor",
    image_url: new URL("scene-cabin.svg", import.meta.url).href, image_text: "A red jacket", price: { amount_minor: 24900, currency: "EUR" },
    theme: { base: "dark", surface: "#3b0d1f", muted: "#e7c7d2", accent: "#ffc94d", on_accent: "#1c1204" },
  }),
  french: { kind: "poll", question: "Qu’est-ce qu’il attend ?", answers: answers("Un poisson", "Une compagne", "La pluie", "Son tour") },
  german: offer({ kind: "product", title: "Wetterjacke", text: "Drei Lagen, 380 g", link_url: "https://fjellro.example.com/shell", link_text: "Ansehen", advertiser: "Fjellro Outdoor", price: { amount_minor: 124900, currency: "EUR" }, theme: { base: "light" } }),
  markup: { kind: "poll", question: "<img src=x onerror=alert(1)> <b>bold</b>?", answers: answers("<script>1</script>", "a & b") },
  long: { kind: "quiz", question: "Welche Mannschaft hat in dieser Saison die meisten Tore?", answers: answers("Hafenstadt Nordufer 1904", "Vikingen vom Westfjord", "Sportfreunde Seeblick", "Keine von diesen dreien") },
  arabic: { kind: "poll", question: "ماذا ينتظر؟", answers: answers("سمكة", "شريك", "المطر", "دوره") },
  hostile: offer({ kind: "ad", title: "Looks harmless", link_url: "javascript:alert(1)", link_text: "Press", advertiser: "A very long name of an advertiser that takes up two lines" }),
};

/** The language of a content, where it is not the viewer's. */
export const locales = { arabic: "ar", french: "fr", german: "de" };

export const standings = {
  poll: { correct_answer_id: null, tallies: [2309, 836, 279, 557].map((count, at) => ({ answer_id: `a${at}`, count })) },
  trivia: { correct_answer_id: "a0", tallies: [12, 7].map((count, at) => ({ answer_id: `a${at}`, count })) },
  quiz: { correct_answer_id: "a1", tallies: [210, 640, 150].map((count, at) => ({ answer_id: `a${at}`, count })) },
};
