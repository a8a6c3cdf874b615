"""The words pseudonyms are made of: gentle, plain, and the same on every machine.

A byte picks a word by its place, so a word that is moved or changed renames members.
None may remind of drink, drugs, harm, bodies, faith or origin, or pass for a name.
`web/js/words.js` holds the same two lists.
"""

_FIRST = """
    Abiding Adaptable Adept Agile Aglow Agreeable Airy Alert Alpine Amiable Amused
    Anchored Assured Astute Attentive Autumnal Aware Balanced Basking Bold Brave
    Breezy Bright Brisk Buoyant Calm Candid Capable Careful Caring Chiming Civil
    Clever Coastal Composed Constant Content Cool Courteous Creative Crisp Curious
    Dancing Dappled Daring Dawning Deft Diligent Dreaming Eager Early Earnest
    Elegant Enduring Exploring Fabled Familiar Fanciful Feathered Fluent Focused
    Foraging Forgiving Friendly Fruitful Gallant Gardening Generous Genial Gentle
    Genuine Giving Glad Gleaming Gliding Glinting Glowing Graceful Gracious Grateful
    Grounded Handy Hardy Harmonic Heartfelt Hearty Helpful Hiking Homeward Honest
    Hopeful Hoping Humble Humming Inspired Intrepid Inventive Keen Kind Kindly
    Kindred Knitting Lakeside Lamplit Lasting Leafy Lilting Listening Lively Loyal
    Luminous Lyrical Melodic Mending Mindful Misty Modest Moonlit Mossy Musical
    Musing Natural Nautical Nesting Nifty Nimble Noble Notable Novel Nurturing Oaken
    Onward Original Outdoor Painting Peaceful Pearly Perching Placid Planting
    Pleasant Plucky Poetic Poised Polite Pondering Practical Prompt Quaint Questing
    Quick Quiet Quilted Radiant Reading Ready Reassured Reliable Resilient Resolute
    Rested Restful Resting Rippling Riverside Roosting Rooted Rustic Sailing Scenic
    Seaside Secure Selfless Sensible Serene Settled Sewing Sharing Sheltered Shining
    Silken Sincere Singing Sketching Snug Sociable Solar Soothing Speckled Splendid
    Stalwart Starlit Starry Staunch Steadfast Steady Stellar Storied Strolling
    Strong Strumming Sunlit Sunny Sunward Sure Swift Swimming Sylvan Tactful Tending
    Thankful Thinking Tidal Tidy Timely Treasured Trekking True Trusty Truthful
    Tuneful Twilit Twining Twinkling Twirling Unfolding Unhurried United Valiant
    Valued Velvet Verdant Vernal Vibrant Vital Vivid Voyaging Wading Wandering Warm
    Waving Wayfaring Whimsical Whistling Willing Windswept Wise Witty Wonderful
    Wondering Wondrous Woodland Worthy Woven Writing Zesty
"""

_SECOND = """
    Acorn Alder Alpaca Anchor Anemone Antelope Apple Aspen Aster Atlas Azalea Badger
    Barn Beacon Beagle Bee Beehive Bicycle Birch Blanket Blossom Bluebell Bluebird
    Bookmark Bookshelf Bramble Branch Breeze Bumblebee Bunting Buttercup Butterfly
    Button Cabin Candle Canoe Cardigan Caribou Catkin Cedar Cello Chestnut Chime
    Chipmunk Clover Coast Collie Comet Compass Corgi Cove Cowslip Cricket Crocus
    Curlew Cushion Cygnet Cypress Daffodil Daybreak Deer Dolphin Dormouse Driftwood
    Drizzle Duckling Dusk Eider Elk Elm Ember Emerald Evening Evergreen Falcon Fawn
    Feather Fennel Fern Finch Firefly Fjord Foal Footpath Forest Fountain Freesia
    Garden Gardenia Gazelle Geranium Goldfinch Gosling Grove Guitar Hammock Hare
    Haven Hawthorn Hearth Hedgehog Hedgerow Heron Hibiscus Hillside Honeycomb Ibis
    Island Journal Kayak Kettle Koala Lagoon Lake Lamp Lantern Larch Lark Lavender
    Lemur Letter Lilac Llama Lullaby Lynx Magnolia Mallard Mandolin Maple Marigold
    Marmot Marten Meadow Mist Mitten Moonbeam Moonlight Moose Morning Mountain
    Narwhal Nebula Nest Notebook Oak Ocean Orchard Oriole Osprey Otter Owl Panda
    Parsley Patchwork Pelican Pencil Penguin Peony Petal Piano Pine Pinecone Plateau
    Plover Poem Pond Poplar Porpoise Postcard Prairie Primrose Puffin Puzzle Quilt
    Quince Quokka Rabbit Raindrop Redwood Reindeer Rhyme Ribbon River Riverbank
    Rowboat Saffron Sailboat Salmon Sandpiper Sapling Satchel Seabird Seagull Seal
    Seashell Sedge Sequoia Shore Skylark Slipper Sonnet Sorrel Spaniel Sparrow
    Spruce Squirrel Star Starlight Starling Stream Sunbeam Sundial Sunflower Sunrise
    Sunset Swan Sycamore Tapestry Teacup Teapot Tern Terrier Thimble Thistle Thyme
    Tide Topaz Tortoise Trail Trellis Tulip Tundra Turtle Ukulele Umbrella Valley
    Veranda Violin Vole Wagtail Wallaby Walnut Warbler Waterfall Wave Whistle Willow
    Windmill Wisteria Wombat Wren Yarn Yarrow Zebra Zephyr Zinnia
"""

FIRST_WORDS = tuple(_FIRST.split())
SECOND_WORDS = tuple(_SECOND.split())
