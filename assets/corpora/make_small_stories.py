#!/usr/bin/python3
"""Writes small-stories.txt: short stories for small children, in few words that come again and again.

    make_small_stories.py           writes the file beside this script
    make_small_stories.py --check   exits with 1 if the file is not what this script writes

A line is a sentence, a blank line ends a story. Each plot below is told several times with other children, animals and
things, and with turns of its own, so that the same two words are followed by the same few others in many places: what
a model of next words can learn from a small text.
"""

import pathlib
import random
import re
import sys

FILE = pathlib.Path(__file__).resolve().with_name('small-stories.txt')
TELLINGS = 6

GIRLS = ['Mia', 'Anna', 'Lily', 'Emma']
BOYS = ['Tom', 'Ben', 'Sam', 'Leo']
PETS = ['dog', 'cat', 'rabbit', 'puppy']
WILD = ['bird', 'frog', 'mouse', 'duck', 'squirrel', 'hedgehog']
COLOURS = ['red', 'blue', 'green', 'yellow']
SIZES = ['little', 'small']
TOYS = ['ball', 'boat', 'car', 'train', 'doll', 'drum']
PLACES = ['garden', 'park', 'forest', 'meadow']
FOOD = ['apple', 'cake', 'pear', 'bun']
ELDERS = ['mother', 'father', 'grandmother', 'grandfather']
GOOD = ['happy', 'glad', 'proud']


class Teller:
    """The choices of one telling: {name} always means the same child, {she} is he for a boy."""

    def __init__(self, random_numbers):
        self.random = random_numbers
        self.words = {}
        girl_first = self.random.random() < 0.5
        child = self.pick(GIRLS if girl_first else BOYS)
        friend = self.pick([c for c in GIRLS + BOYS if c != child])
        self.words.update(self.person('', child), **self.person('friend_', friend))
        self.words['friend'] = friend
        self.words['kind'] = 'girl' if child in GIRLS else 'boy'
        self.words['pet'] = self.pick(PETS)
        self.words['animal'] = self.pick(WILD)
        self.words['other'] = self.pick([w for w in WILD if w != self.words['animal']])
        self.words['colour'] = self.pick(COLOURS)
        self.words['colour2'] = self.pick([c for c in COLOURS if c != self.words['colour']])
        self.words['toy'] = self.pick(TOYS)
        self.words['place'] = self.pick(PLACES)
        self.words['food'] = self.pick(FOOD)
        self.words['elder'] = self.pick(ELDERS)
        self.words['good'] = self.pick(GOOD)
        self.words['little'] = self.pick(SIZES)

    @staticmethod
    def person(prefix, name):
        is_girl = name in GIRLS
        return {prefix + 'name': name, prefix + 'she': 'she' if is_girl else 'he',
                prefix + 'her': 'her' if is_girl else 'his', prefix + 'she_object': 'her' if is_girl else 'him'}

    def pick(self, things):
        return things[self.random.randrange(len(things))]

    def tell(self, plot):
        """The sentences of a plot; a tuple stands for one of several ways to say it."""
        sentences = []
        for sentence in plot:
            chosen = sentence if isinstance(sentence, str) else self.pick(sentence)
            text = chosen.format(**self.words)
            text = re.sub(r'\b([Aa]) (?=[aeiou])', r'\1n ', text)
            sentences.append(text[0].upper() + text[1:])
        return sentences


BEGIN = ('Once upon a time, there was a {little} {kind} named {name}.',
         'Once upon a time, a {little} {kind} named {name} lived near the {place}.',
         'There was once a {little} {kind} named {name}.')
BEGIN_ANIMAL = ('Once upon a time, there was a {little} {animal} in the {place}.',
                'Once upon a time, a {little} {animal} lived in the {place}.')
END_CHILD = ('{name} was very {good}.', 'And {name} was very {good}.', '{name} went home and was very {good}.')
END_BOTH = ('From that day on, they were the best of friends.', 'They played until the sun went down.',
            'They were very {good}.')
THANKS = ('"Thank you," said {name}.', '"Thank you very much," said {name}.')

PLOTS = [
    # A toy is lost and found.
    [BEGIN, 'One day, {she} could not find {her} {colour} {toy}.',
     ('{she} looked under the bed, but the {toy} was not there.', '{she} looked under the table, but the {toy} was not there.'),
     ('{she} looked behind the door, but the {toy} was not there.', '{she} looked in the box, but it was not there.'),
     '{name} was sad and wanted to cry.',
     'Then {her} {pet} ran into the garden and stopped under the big tree.',
     ('The {toy} was in the grass under the tree.', 'There, under the big tree, was the {colour} {toy}.'),
     '"You are a good {pet}," said {name}.', END_CHILD],
    # A hungry animal.
    [BEGIN, ('One cold day, {she} saw a {animal} in the {place}.', 'One day, {she} saw a {little} {animal} in the {place}.'),
     ('The {animal} was hungry and very tired.', 'The {animal} was cold and very hungry.'),
     '{name} ran home and asked {her} {elder} for some bread.',
     '"Be kind and be quiet," said {her} {elder}.',
     '{name} sat down in the grass and waited.',
     'The {animal} came near and ate the bread.',
     ('The next day, the {animal} came back with a {other}.', 'The next day, the {animal} waited for {name} under the big tree.'),
     END_BOTH],
    # Sharing.
    [BEGIN, '{name} had a big {food} and wanted to eat it.',
     ('In the {place}, {she} saw {her} friend {friend}.', 'On the way to the {place}, {she} met {her} friend {friend}.'),
     '{friend} had no {food} and was sad.',
     ('"I am so hungry," said {friend}.', '"I have nothing to eat," said {friend}.'),
     '{name} looked at the {food} and looked at {friend}.',
     '"You can have half of it," said {name}.',
     'So they sat under the big tree and ate the {food} together.', END_BOTH],
    # A rainy day.
    ['It was a rainy day, and {name} could not play in the {place}.',
     '{she} looked out of the window and was sad.',
     '"What can I do?" said {name}.',
     ('Then {her} {elder} came in with a big box.', '{her} {elder} smiled and came back with a big box.'),
     '"We can make a boat out of the box," said {her} {elder}.',
     ('They made a {colour} boat with a {colour2} flag.', 'They made the boat {colour} and the flag {colour2}.'),
     '{name} sat in the boat with {her} {pet}.',
     'All day long, they sailed over the big sea.',
     ('When the sun came out, {name} did not want to stop.', 'When the rain stopped, {name} did not want to go out.')],
    # Baking.
    [BEGIN, ('One day, {name} wanted to make a cake for {her} {elder}.', 'One day, {she} wanted to make a cake for {her} friend {friend}.'),
     '{she} took some milk, some eggs and a big bowl.',
     ('The bowl was too big, and the milk ran over the table.', 'The eggs fell on the floor, and the milk ran over the table.'),
     '"Oh no!" said {name}.',
     'Then {her} {elder} came in and smiled.',
     '"We can make it together," said {her} {elder}.',
     'So they made a big cake with {colour} sugar on it.',
     ('The cake was very good, and they ate all of it.', 'It was the best cake in the world.')],
    # A seed.
    [BEGIN, 'One day, {her} {elder} gave {she_object} a very small seed.',
     '"Put it in the ground and give it water," said {her} {elder}.',
     ('{name} put the seed in the ground behind the house.', '{name} put the seed in the ground in the garden.'),
     'Every day, {she} gave it water and waited.',
     ('But nothing came out of the ground, and {name} was sad.', 'A week went by, and nothing came out of the ground.'),
     '"You have to wait a little more," said {her} {elder}.',
     ('Then, one day, there was a small green leaf.', 'Then, one morning, there was a small green leaf.'),
     'In the summer, it was a big {colour} flower, and {name} was very proud.'],
    # The dark.
    [BEGIN, ('At night, {name} did not like the dark.', '{name} was not afraid of the sea, but {she} was afraid of the dark.'),
     'One night, {she} saw something big behind the door.',
     '"Who is there?" said {name}.',
     ('Nobody said a word.', 'But nobody said a word.'),
     '{name} took {her} lamp and looked behind the door.',
     ('It was only the {pet}, and the {pet} was afraid too.', 'It was only the {pet}, who could not sleep.'),
     '"You can sleep in my bed," said {name}.',
     'From that day on, they were not afraid of the dark.'],
    # A race.
    [BEGIN_ANIMAL, 'The {animal} had a friend, and the friend was a {other}.',
     ('"I am very fast," said the {other}.', '"Nobody is as fast as I am," said the {other}.'),
     '"We can run to the big tree and see," said the {animal}.',
     'So they ran through the {place} as fast as they could.',
     ('The {other} ran so fast that it fell into the water.', 'The {other} ran so fast that it fell over a stone.'),
     'The {animal} did not run to the tree.',
     ('It stopped and helped the {other} out of the water.', 'It stopped and helped its friend.'),
     '"You are slow," said the {other}, "but you are the best friend in the world."'],
    # A new friend.
    [BEGIN, ('One day, {name} went to the park with {her} {elder}.', 'One day, {name} went to the park with {her} {colour} ball.'),
     'There was a new {friend_kind} in the park, and nobody played with {friend_she_object}.',
     ('{name} was shy, and the new {friend_kind} was shy too.', '{name} wanted to say something, but {she} was shy.'),
     'Then the ball fell into the water.',
     'The new {friend_kind} ran and took it out.',
     THANKS, '"I am {friend}," said the new {friend_kind}.', END_BOTH],
    # A kite.
    [BEGIN, '{name} had a {colour} kite with a {colour2} tail.',
     ('One windy day, {she} ran up the hill with it.', 'One windy day, {she} went up the hill with {her} friend {friend}.'),
     'The kite went up and up, over the house and over the big tree.',
     ('Then the wind took the kite out of {her} hand.', 'But the wind was too strong and took the kite.'),
     '{name} ran after it through the {place}.',
     ('The kite was in a tree, and the tree was too high.', 'The kite was in the big tree, and {name} could not get it.'),
     ('A {animal} sat in the tree and looked at the kite.', 'Then a {animal} ran up the tree.'),
     'The {animal} took the tail in its mouth, and the kite fell into the grass.', THANKS],
    # A house of sand or snow.
    [BEGIN, ('One day, {she} went to the sea with {her} {elder}.', 'In the summer, {she} went to the sea with {her} friend {friend}.'),
     '{name} wanted to make a big house out of sand.',
     'All day long, {she} worked, and the house was very big.',
     ('Then the water came and took the house.', 'But the sea came near, and the water took the house.'),
     '"Oh no!" said {name}, and {she} wanted to cry.',
     '"The sea only wanted to play," said {her} {elder}.',
     ('The next day, {name} made a new house, and it was not so near to the sea.', 'So {name} made a new house behind a big stone.'),
     'In the evening, a {colour} fish came and looked at it.'],
    # Lost in the forest.
    [BEGIN_ANIMAL, 'One day, the {animal} went too far and could not find the way home.',
     ('It looked behind the big stone, but its home was not there.', 'It looked behind the big tree, but its home was not there.'),
     'The sun went down, and the {animal} was afraid.',
     ('Then it saw a {other} in the grass.', 'Then a {other} came out of the grass.'),
     '"I want to go home," said the {animal}.',
     '"Where is your home?" said the {other}.',
     ('"It is near the water, under a {colour} flower," said the {animal}.', '"It is under the big tree near the water," said the {animal}.'),
     'The {other} went with the {animal} all the way home.', END_BOTH],
    # Learning to ride or swim.
    [BEGIN, ('{name} wanted to swim like a fish, but {she} was afraid of the water.', '{name} wanted to swim like {her} friend {friend}.'),
     '"I can not do it," said {name}.',
     '"You can not do it today," said {her} {elder}, "but you can do a little of it."',
     ('Every day, {name} went a little deeper into the water.', 'So every day, {name} went into the water with {her} {elder}.'),
     'One day, {she} fell into the water and wanted to cry.',
     'The next day, {she} was back in the water.',
     ('When the summer was over, {name} could swim like a fish.', 'In the summer, {she} could swim to the big stone and back.'),
     END_CHILD],
    # A present.
    [('It was the birthday of {friend}, and {name} had nothing to give.', 'The next day was the birthday of {friend}, and {name} had nothing to give.'),
     '{she} looked in {her} box, but there was only an old {toy}.',
     ('The {toy} was old, and nobody played with it.', '"Nobody wants an old {toy}," said {name}.'),
     'Then {name} had an idea.',
     ('{she} made the {toy} {colour}, with a {colour2} flower on it.', '{she} took some {colour} paint and made the {toy} new.'),
     '"Is it for me?" said {friend}.',
     '"I made it for you," said {name}.',
     ('It was the best {toy} in the world.', '{friend} was so {good} that {friend_she} ran around the table.'),
     END_BOTH],
    # The moon.
    [BEGIN_ANIMAL, 'Every night, the {animal} looked at the moon.',
     ('"The moon is so far away," said the {animal}.', '"I want to have the moon," said the {animal}.'),
     'One night, the {animal} saw the moon in the water.',
     '"The moon fell into the water!" said the {animal}.',
     ('It ran to a {other} and asked for help.', 'It asked a {other} to help.'),
     '"Look up," said the {other}.',
     'The {animal} looked up, and there was the moon, over the big tree.',
     ('"Then there are two of them," said the {animal}, and it was very {good}.', 'They laughed and sat near the water all night long.')],
    # A picnic.
    [('One day, {name} and {friend} went to the {place} with a basket.', 'One warm day, {name} and {friend} took a basket and went to the {place}.'),
     'In the basket, there was some bread, some milk and a {food}.',
     ('They put the basket under the big tree and played with the {toy}.', 'They put the basket in the grass and ran after the {colour} ball.'),
     'When they came back, the {food} was not there.',
     '"Who took the {food}?" said {friend}.',
     '{name} saw something small behind a stone.',
     ('It was a {animal}, and the {animal} had the {food} in its mouth.', 'It was a {little} {animal} who was very hungry.'),
     ('They laughed and gave it some bread too.', '"You can have it," said {name}, "but you have to sit with us."'), END_BOTH],
]


def stories():
    source = random.Random(1706)
    told = []
    for round_number in range(TELLINGS):
        order = list(range(len(PLOTS)))
        source.shuffle(order)
        for number in order:
            # Nobody is to hear the same story twice.
            while True:
                teller = Teller(source)
                teller.words['friend_kind'] = 'girl' if teller.words['friend'] in GIRLS else 'boy'
                story = teller.tell(PLOTS[number])
                if story not in told:
                    break
            told.append(story)
    return told


def text():
    return '\n\n'.join('\n'.join(story) for story in stories()) + '\n'


if __name__ == '__main__':
    if sys.argv[1:] == ['--check']:
        sys.exit(FILE.read_text(encoding='utf-8') != text())
    FILE.write_text(text(), encoding='utf-8')
    print(f'{len(stories())} stories, {sum(map(len, stories()))} sentences')
