"""Kinds of touch by what they tell of whoever was touched; their words are in the model."""

#: The scammer spoke to the victim from it, by a record or by the victim's word.
CONTACTS = ("called", "named", "told")
#: What speaks of people and not of their money.
TIES_OF_PEOPLE = (*CONTACTS, "used")
#: What makes two reports one hand; the rest (buyers, traced money) makes two hands one ring.
SAME_HAND = (*TIES_OF_PEOPLE, "holds")
#: Log-odds that a shared node adds, by how it was touched.
WORTH = {
    "called": 5.0,
    "named": 5.0,
    "told": 3.5,
    "used": 4.5,
    "holds": 4.5,
    "traced": 4.0,
    "bought": 4.5,
}
