"""List the systems that show how far a data set separates weak from strong."""

LABELS = {
    "chance": "most frequent label",
    "knn_mfcc": "5-NN on MFCC statistics",
    "svm_mfcc": "SVM on MFCC statistics",
    "svm_random_vgg": "SVM on a random VGG",
    "cnn": "trained CNN",
}
