"""Level 5: layers by themselves, each with an upstream gradient u that comes from above.

Examples are rows here, as in most libraries. The cost is the sum of u times what the layer returns.
"""
# The notebook shows the text of `backward`, so these functions have no annotations.
# mypy: allow-untyped-defs

import numpy as np

from autograder.truth.practice.passes import Pass


def draw_normalised(rng, m, square):
    n = m if square else 4
    return {
        "X": rng.normal(size=(m, n)), "g": rng.normal(size=n), "s": rng.normal(size=n),
        "u": rng.normal(size=(m, n)),
    }  # fmt: skip


def layer_norm(X, g, s, u):
    N = X - X.mean(axis=1, keepdims=True)
    D = np.sqrt((N**2).mean(axis=1, keepdims=True) + 1e-5)
    N = N / D
    return np.sum(u * (g * N + s)), {"N": N, "D": D}


def layer_norm_back(X, g, s, u, N, D):
    ds = u.sum(axis=0)
    dg = (u * N).sum(axis=0)
    dN = u * g
    mean = dN.mean(axis=1, keepdims=True)
    along = N * (dN * N).mean(axis=1, keepdims=True)
    dX = (dN - mean - along) / D
    return {"ds": ds, "dg": dg, "dX": dX}


def batch_norm(X, g, s, u):
    N = X - X.mean(axis=0)
    D = np.sqrt((N**2).mean(axis=0) + 1e-5)
    N = N / D
    return np.sum(u * (g * N + s)), {"N": N, "D": D}


def batch_norm_back(X, g, s, u, N, D):
    ds = u.sum(axis=0)
    dg = (u * N).sum(axis=0)
    dN = u * g
    mean = dN.mean(axis=0)
    along = N * (dN * N).mean(axis=0)
    dX = (dN - mean - along) / D
    return {"ds": ds, "dg": dg, "dX": dX}


def draw_scores(rng, m, square):
    n = m if square else 4
    return {"X": rng.normal(size=(m, n)), "u": rng.normal(size=(m, n))}


def softmax(X, u):
    E = np.exp(X - X.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    return np.sum(u * P), {"P": P}


def softmax_back(X, u, P):
    weighted = (u * P).sum(axis=1, keepdims=True)
    dX = P * (u - weighted)
    return {"dX": dX}


def draw_convolution(rng, m, square):
    return {"X": rng.normal(size=(m, 6)), "w": rng.normal(size=3), "u": rng.normal(size=(m, 4))}


def convolution(X, w, u):
    Y = sum(w[j] * X[:, j : j + 4] for j in range(3))
    return np.sum(u * Y), {}


def convolution_back(X, w, u):
    dw = np.array([np.sum(u * X[:, j : j + 4]) for j in range(3)])
    dX = sum(np.pad(w[j] * u, ((0, 0), (j, 2 - j))) for j in range(3))
    return {"dw": dw, "dX": dX}


def draw_pool(rng, m, square):
    return {"X": rng.normal(size=(m, 8)), "u": rng.normal(size=(m, 4))}


def max_pool(X, u):
    pairs = X.reshape(len(X), 4, 2)
    return np.sum(u * pairs.max(axis=2)), {"pairs": pairs}


def max_pool_back(X, u, pairs):
    won = pairs == pairs.max(axis=2, keepdims=True)
    dX = (u[:, :, None] * won).reshape(X.shape)
    return {"dX": dX}


def draw_embedding(rng, m, square):
    return {"E": rng.normal(size=(3, 4)), "i": rng.integers(0, 3, size=m),
            "u": rng.normal(size=(m, 4))}  # fmt: skip


def embedding(E, i, u):
    return np.sum(u * E[i]), {}


def embedding_back(E, i, u):
    chosen = np.eye(3)[i]
    dE = chosen.T @ u
    return {"dE": dE}


def draw_attention(rng, m, square):
    n = m if square else 4
    return {name: rng.normal(size=(m, n)) for name in ("Q", "K", "V", "u")}


def attention(Q, K, V, u):
    S = Q @ K.T / np.sqrt(Q.shape[1])
    E = np.exp(S - S.max(axis=1, keepdims=True))
    A = E / E.sum(axis=1, keepdims=True)
    return np.sum(u * (A @ V)), {"A": A}


def attention_back(Q, K, V, u, A):
    dV = A.T @ u
    dA = u @ V.T
    dS = A * (dA - (dA * A).sum(axis=1, keepdims=True))
    dQ = dS @ K / np.sqrt(Q.shape[1])
    dK = dS.T @ Q / np.sqrt(Q.shape[1])
    return {"dV": dV, "dQ": dQ, "dK": dK}


PASSES = (
    Pass(
        "layer normalisation", 5, "layer normalisation: every row gets mean 0 and variance 1",
        ("N = (X - mean of the row) / (its standard deviation)", "Y = g N + s", "J = sum of u Y"),
        draw_normalised, layer_norm, layer_norm_back, inputs="X", upstream="u",
    ),
    Pass(
        "batch normalisation", 5, "batch normalisation: every column gets mean 0 and variance 1",
        ("N = (X - mean of the column) / (its standard deviation)", "Y = g N + s",
         "J = sum of u Y"),
        draw_normalised, batch_norm, batch_norm_back, inputs="X", upstream="u", least=2,
    ),
    Pass(
        "softmax", 5, "a softmax of every row",
        ("P = exp(X) / (its sum in the row)", "J = sum of u P"),
        draw_scores, softmax, softmax_back, inputs="X", upstream="u",
    ),
    Pass(
        "convolution", 5, "a convolution of every row with a kernel of three numbers",
        ("Y[:, t] = w[0] X[:, t] + w[1] X[:, t+1] + w[2] X[:, t+2]", "J = sum of u Y"),
        draw_convolution, convolution, convolution_back, inputs="X", upstream="u",
    ),
    Pass(
        "max pooling", 5, "max pooling: the larger one of each two neighbours",
        ("Y[:, t] = max(X[:, 2t], X[:, 2t+1])", "J = sum of u Y"),
        draw_pool, max_pool, max_pool_back, inputs="X", upstream="u",
    ),
    Pass(
        "embedding", 5, "an embedding: each example chooses a row of a table",
        ("Y = E[i]", "J = sum of u Y"),
        draw_embedding, embedding, embedding_back, upstream="u",
    ),
    Pass(
        "attention", 5, "attention: every row of Q asks all rows of K, and gets a mean of V",
        ("S = Q K^T / sqrt(n)", "A = softmax of every row of S", "Y = A V", "J = sum of u Y"),
        draw_attention, attention, attention_back, upstream="u", least=2,
    ),
)  # fmt: skip
