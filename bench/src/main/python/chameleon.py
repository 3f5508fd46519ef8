"""Chameleon, as transformers computes it: Llama with normalised heads over texts and codes of
pictures; with the dropout, the orders and the z-loss of its paper."""

import math

import torch
import torch.nn.functional as F

from layers import Cache, Twin, part
from llama import Decoder, shifted, until_end


class Chameleon(Twin):
    unit = True
    trims = True

    def __init__(self, config):
        super().__init__()
        text, image, objective = config["text"], config["image"], config["objective"]
        if image["ids"]["order"] or objective["answersOnly"] or objective["balanced"]:
            raise SystemExit("the twin of Chameleon has ids behind texts and the plain objective")
        self.side, self.context, self.vocabulary = image["size"], text["length"], text["vocabularySize"]
        self.end = text["endId"] if text["endId"] >= 0 else self.vocabulary - 1
        self.codes, self.objective = image["codes"], objective
        self.decoder = Decoder(
            config["decoder"],
            normed_heads=True,
            behind=config["norms"] == "BEHIND",
            dropout=config["dropout"],
        )
        self.tokenizer = part(image["tokenizer"])

    def picture_tokens(self, pixels):
        """The ids of codes, between that of the begin and that of the end of a picture."""
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            ids = self.tokenizer.codes(pixels).flatten(1) + self.vocabulary
        first = torch.full((len(ids), 1), self.vocabulary + self.codes)
        return torch.cat([first, ids, first + 1], 1)

    def rows(self, texts, pictures):
        """Each picture after the start of its text or before its end, and what is to be foretold."""
        b, length = texts.shape
        block = pictures.size(1)
        first = torch.rand(b) < self.objective["pictureFirst"]
        at = torch.where(first, 1, (texts == self.end).long().argmax(1)).unsqueeze(1)
        place = torch.arange(length + block)
        offset = place - at
        within = (offset >= 0) & (offset < block)
        source = torch.where(within, offset + length, place - block * (offset >= block))
        labels = torch.cat([until_end(texts, self.end), pictures], 1)
        return torch.cat([texts, pictures], 1).gather(1, source), labels.gather(1, source)

    def losses(self, pixels, ids):
        rows, labels = self.rows(ids, self.picture_tokens(pixels))
        labels = shifted(labels)
        logits = self.decoder.logits(self.decoder.hidden(rows)).float()
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
        counts = labels != -100
        squares = logits.logsumexp(-1).square()
        z = (squares * counts).sum() / counts.sum()
        return {"next_token_loss": loss, "z_loss": self.objective["zWeight"] * z}

    def begin(self, pixels):
        """A picture is drawn: nothing but its codes may come."""
        self.forbidden = torch.ones(self.decoder.tokens.num_embeddings, dtype=torch.bool)
        self.forbidden[self.vocabulary : self.vocabulary + self.codes] = False
        return [Cache() for _ in self.decoder.layers]

    def next(self, ids, kept):
        return self.decoder.next(ids, kept).masked_fill(self.forbidden, -math.inf)


create = Chameleon
